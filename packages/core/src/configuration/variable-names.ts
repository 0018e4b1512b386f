/** What every variable of Polysms begins with. */
export const variablePrefix = 'POLYSMS_';

/** `connectTimeoutMs` as a variable writes it: `CONNECT_TIMEOUT_MS`. */
export function upperSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
}

/** `CONNECT_TIMEOUT_MS` as an option: `connectTimeoutMs`. Undefined if no option is written so. */
export function optionName(snake: string): string | undefined {
  if (!/^[A-Z]/.test(snake)) return undefined;
  const name = snake.toLowerCase().replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return upperSnake(name) === snake && /^\w+$/.test(name) && !name.includes('_') ? name : undefined;
}
