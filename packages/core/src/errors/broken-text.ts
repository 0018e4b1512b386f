/** Follows the name of a text that is not well-formed: half of a surrogate pair would arrive as a question mark. */
export const brokenText = 'holds half a character, such as half an emoji; cut texts between characters';

/** Whether it is a string that is not well-formed. */
export function isBroken(text: unknown): boolean {
  return typeof text === 'string' && !text.isWellFormed();
}
