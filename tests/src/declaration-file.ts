import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

type Statement = ReturnType<typeof parseSync>['program']['body'][number];

/** A name, as a file calls it that exports or imports it. */
export interface Place {
  /** The path of the file; the name of a package if it is another one's. */
  readonly file: string;
  readonly name: string;
}

/** What a `.d.ts` file declares, takes from others and hands on. */
export interface DeclarationFile {
  /** The texts of a declaration, one for each overload, without comments. */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  /** Names of types and values that a declaration mentions. */
  readonly mentioned: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names that another file declares, by the name that they have here. */
  readonly imported: ReadonlyMap<string, Place>;
  /** What `export { … }` names, by the name that others see. */
  readonly exported: ReadonlyMap<string, Place>;
}

const known = new Map<string, DeclarationFile>();

/** Reads a file once. */
export function readDeclarationFile(file: string): DeclarationFile {
  const read = known.get(file) ?? parseDeclarationFile(file, readFileSync(file, 'utf8'));
  known.set(file, read);
  return read;
}

function parseDeclarationFile(file: string, text: string): DeclarationFile {
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const declared = new Map<string, string[]>();
  const mentioned = new Map<string, Set<string>>();
  const imported = new Map<string, Place>();
  const exported = new Map<string, Place>();
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const each of statement.specifiers) {
        const name = each.type === 'ImportSpecifier' ? nameOf(each.imported) : '*';
        imported.set(each.local.name, { file: neighbour(file, statement.source.value), name });
      }
    } else if (statement.type === 'ExportNamedDeclaration' && statement.declaration === null) {
      const source = statement.source?.value;
      for (const { local, exported: seen } of statement.specifiers) {
        const from = source === undefined ? file : neighbour(file, source);
        exported.set(nameOf(seen), { file: from, name: nameOf(local) });
      }
    } else if (statement.type === 'ExportAllDeclaration') {
      throw new Error(`${file}: export * hides what is exported: name it.`);
    } else {
      for (const name of declaredNames(statement)) {
        const inside = comments.filter(({ start, end }) => start >= statement.start && end <= statement.end);
        declared.set(name, [...(declared.get(name) ?? []), withoutComments(text, statement, inside)]);
        const names = mentioned.get(name) ?? new Set();
        collectMentions(statement, names);
        mentioned.set(name, names);
        if (statement.type === 'ExportNamedDeclaration') exported.set(name, { file, name });
      }
    }
  }
  return { declared, mentioned, imported, exported };
}

function neighbour(file: string, source: string): string {
  return source.startsWith('.') ? resolve(dirname(file), source.replace(/\.js$/, '.d.ts')) : source;
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.name ?? String(node.value);
}

function declaredNames(statement: Statement): readonly string[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  switch (declaration?.type) {
    case 'VariableDeclaration':
      return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? id.name : []));
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSDeclareFunction':
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return declaration.id === null ? [] : [declaration.id.name];
    default:
      return [];
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function withoutComments(text: string, { start, end }: Span, comments: readonly Span[]): string {
  let from = start;
  let kept = '';
  for (const comment of comments) {
    kept += text.slice(from, comment.start);
    from = comment.end;
  }
  const lines = (kept + text.slice(from, end)).split('\n').filter((line) => line.trim() !== '');
  return lines.join('\n').replace(/^(?:export )?(?:declare )?/, '');
}

/** In which key of which node the name of a type or value stands that is declared elsewhere. */
const mentions: Readonly<Record<string, string>> = {
  TSTypeReference: 'typeName',
  TSQualifiedName: 'left',
  TSInterfaceHeritage: 'expression',
  TSClassImplements: 'expression',
  TSTypeQuery: 'exprName',
  ClassDeclaration: 'superClass',
};

function collectMentions(node: unknown, names: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) collectMentions(each, names);
    return;
  }
  const fields = new Map<string, unknown>(Object.entries(node));
  const mention = fields.get(mentions[String(fields.get('type'))] ?? '');
  if (isIdentifier(mention)) names.add(mention.name);
  for (const field of fields.values()) collectMentions(field, names);
}

function isIdentifier(node: unknown): node is { readonly name: string } {
  return typeof node === 'object' && node !== null && 'type' in node && node.type === 'Identifier' && 'name' in node;
}
