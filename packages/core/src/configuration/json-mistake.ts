/** Where a text stops being JSON, and what would have to be there. Both are safe to show: the text is not. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

const space = /[ \t\n\r]*/y;
const token = /[{}[\],:]|"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;

const expectations = {
  value: 'a value; a text needs double quotes',
  'value or ]': 'a value or ]; a text needs double quotes',
  name: 'a name in double quotes; the last one has no comma after it',
  'name or }': 'a name in double quotes or }',
  colon: 'a colon',
  'comma or ]': 'a comma or ]',
  'comma or }': 'a comma or }',
  end: 'nothing more',
} as const;

/**
 * Finds the first mistake in a text that `JSON.parse` has refused. Engines do not all tell the place, and those that
 * do repeat a part of the text. Undefined for a mistake inside a token, such as a number with two points.
 */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const open: ('[' | '{')[] = [];
  let state: keyof typeof expectations = 'value';
  let position = 0;
  for (;;) {
    position += lengthAt(space, text, position);
    if (position === text.length && state === 'end') return undefined;
    const length = lengthAt(token, text, position);
    const read = text.slice(position, position + length);
    if (!fits(read, state)) return { ...lineAndColumn(text, position), expected: expectations[state] };
    const isName = read.startsWith('"') && (state === 'name' || state === 'name or }');
    position += length;
    if (read === '{' || read === '[') open.push(read);
    else if (read === '}' || read === ']') open.pop();
    if (isName) state = 'colon';
    else if (read === '{') state = 'name or }';
    else if (read === '[') state = 'value or ]';
    else if (read === ':') state = 'value';
    else if (read === ',') state = open.at(-1) === '[' ? 'value' : 'name';
    else state = afterValue(open.at(-1));
  }
}

function afterValue(inside: '[' | '{' | undefined): keyof typeof expectations {
  if (inside === undefined) return 'end';
  return inside === '[' ? 'comma or ]' : 'comma or }';
}

function fits(read: string, state: keyof typeof expectations): boolean {
  const isSign = /^[}\],:]$/.test(read);
  switch (state) {
    case 'value':
      return read !== '' && !isSign;
    case 'value or ]':
      return read === ']' || (read !== '' && !isSign);
    case 'name':
      return read.startsWith('"');
    case 'name or }':
      return read === '}' || read.startsWith('"');
    case 'colon':
      return read === ':';
    case 'comma or ]':
      return read === ',' || read === ']';
    case 'comma or }':
      return read === ',' || read === '}';
    case 'end':
      return false;
  }
}

function lengthAt(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0].length ?? 0;
}

function lineAndColumn(text: string, position: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, position).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
