const mostAttempts = 3;

/**
 * Runs work again when the engine failed to set its container up ("OCI runtime create failed"), as it does now and then under load:
 * the tool had not begun, so nothing is done twice.
 */
export async function despiteEngineFaults<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isFault = error instanceof Error && error.message.includes("OCI runtime create failed");
      if (!isFault || attempt === mostAttempts) throw error;
    }
  }
}
