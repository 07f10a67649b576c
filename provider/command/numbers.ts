import { InvalidArgumentError } from "commander";

/** An argument that is a number from zero on. */
export function notBelowZero(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError(`"${text}" must be a number from 0 on.`);
  return value;
}

/** An argument that is a whole number within limits. */
export function wholeBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`"${text}" must be a whole number from ${least} to ${most}.`);
    return value;
  };
}
