/** Codes that nobody was sent, or that are no codes. */
export const oddCodes: readonly string[] = ['', ' ', '0', '中文', '\uD800', '&code=1', '1'.repeat(500)];

/**
 * What resembles a code and is none: a provider or an encoding made by hand reads the code out of it. White space
 * around a code is not among them: a provider may trim what a person pasted, and nothing else.
 */
export function likeCodes(code: string): readonly string[] {
  const half = Math.ceil(code.length / 2);
  return [
    `${code}0`,
    `0${code}`,
    `${code}${code}`,
    `${code}x`,
    `x${code}`,
    `+${code}`,
    `${code}.0`,
    `${code.slice(0, half)} ${code.slice(half)}`,
    `${code.slice(0, half)}-${code.slice(half)}`,
    `${code} 1`,
    `${code}\u0000`,
    `${code}\u200B`,
    `${code}&a=b`,
    `${code}#a`,
    `${code}/`,
    `${code}%20`,
    `${code}","a":"b`,
    code.slice(0, -1),
    code.slice(1),
  ];
}
