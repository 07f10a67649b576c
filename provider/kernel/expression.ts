/** A condition of a Kconfig option (Documentation/kbuild/kconfig-language.rst). */
export type Expression =
  | { readonly kind: "operand"; readonly text: string }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "compare";
      readonly operator: string;
      readonly left: string;
      readonly right: string;
    };

/** What an option is now, by name: `y`, `m`, a number or a text; undefined where it is not set. */
export type Values = (name: string) => string | undefined;

const token =
  /\s*(\|\||&&|!=|<=|>=|[=<>!()]|"(?:[^"\\]|\\.)*"|'[^']*'|\$\((?:[^()]|\([^()]*\))*\)|[\w.-]+)/y;

/** Reads a condition; undefined where it is not one that this can read. */
export function parseExpression(text: string): Expression | undefined {
  const words = tokensOf(text);
  if (!words) return undefined;
  let at = 0;
  const either = (): Expression | undefined => chain("||", "or", both);
  const both = (): Expression | undefined => chain("&&", "and", single);

  function chain(
    operator: string,
    kind: "and" | "or",
    next: () => Expression | undefined,
  ): Expression | undefined {
    let left = next();
    while (left && words?.[at] === operator) {
      at++;
      const right = next();
      left = right && { kind, left, right };
    }
    return left;
  }

  function single(): Expression | undefined {
    const word = words?.[at++];
    if (word === undefined) return undefined;
    if (word === "!") {
      const of = single();
      return of && { kind: "not", of };
    }
    if (word === "(") {
      const inner = either();
      return words?.[at++] === ")" ? inner : undefined;
    }
    const operator = words?.[at] ?? "";
    if (!/^(!?=|[<>]=?)$/.test(operator)) return { kind: "operand", text: word };
    const right = words?.[at + 1];
    at += 2;
    return right === undefined ? undefined : { kind: "compare", operator, left: word, right };
  }

  const whole = either();
  return at === words.length ? whole : undefined;
}

function tokensOf(text: string): string[] | undefined {
  const found: string[] = [];
  const rest = text.trimEnd();
  for (token.lastIndex = 0; token.lastIndex < rest.length; ) {
    const match = token.exec(rest);
    if (!match?.[1]) return undefined;
    found.push(match[1]);
  }
  return found.length > 0 ? found : undefined;
}

/** A condition's value: 2 for `y`, 1 for `m`, 0 for `n`. What a macro says is not known here and taken for `y`. */
export function evaluate(expression: Expression, values: Values): 0 | 1 | 2 {
  switch (expression.kind) {
    case "operand":
      return tristate(wordValue(expression.text, values));
    case "not":
      return (2 - evaluate(expression.of, values)) as 0 | 1 | 2;
    case "and":
      return Math.min(evaluate(expression.left, values), evaluate(expression.right, values)) as 0;
    case "or":
      return Math.max(evaluate(expression.left, values), evaluate(expression.right, values)) as 0;
    case "compare":
      return compares(expression, values) ? 2 : 0;
  }
}

function compares(
  { operator, left, right }: Extract<Expression, { kind: "compare" }>,
  values: Values,
): boolean {
  const [a, b] = [wordValue(left, values), wordValue(right, values)];
  if (operator === "=") return a === b;
  if (operator === "!=") return a !== b;
  const [x, y] = [Number(a), Number(b)];
  if (operator.startsWith("<")) return operator === "<=" ? x <= y : x < y;
  return operator === ">=" ? x >= y : x > y;
}

function wordValue(text: string, values: Values): string {
  if (text.startsWith("$(")) return "y";
  if (/^["']/.test(text)) return text.slice(1, -1);
  return /^[ymn]$|^-?\d|^0x/.test(text) ? text : (values(text) ?? "n");
}

function tristate(value: string): 0 | 1 | 2 {
  return value === "y" ? 2 : value === "m" ? 1 : 0;
}

/** The parts of a condition, all of which must hold. */
export function conjuncts(expression: Expression): Expression[] {
  return expression.kind === "and"
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

/** A condition as text. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case "operand":
      return expression.text;
    case "not":
      return `!${enclosed(expression.of)}`;
    case "compare":
      return `${expression.left}${expression.operator}${expression.right}`;
    case "and":
      return `${enclosed(expression.left, "and")} && ${enclosed(expression.right, "and")}`;
    case "or":
      return `${enclosed(expression.left, "or")} || ${enclosed(expression.right, "or")}`;
  }
}

function enclosed(expression: Expression, inside?: "and" | "or"): string {
  const text = formatExpression(expression);
  const isPlain = expression.kind === "operand" || expression.kind === "not";
  return isPlain || expression.kind === inside || (expression.kind === "compare" && inside)
    ? text
    : `(${text})`;
}

/** The names of the options in a condition. */
export function namesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case "operand":
      return isName(expression.text) ? [expression.text] : [];
    case "not":
      return namesOf(expression.of);
    case "compare":
      return [expression.left, expression.right].filter(isName);
    default:
      return [...namesOf(expression.left), ...namesOf(expression.right)];
  }
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9_]+$/.test(text) && !/^[ymn]$|^\d+$|^0x/.test(text);
}
