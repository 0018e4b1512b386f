import type { MessageEnvelope, OutboundMessage } from '../../contract/messages.js';
import { brokenText, isBroken, listOfNames, quotedName } from '../../errors/shown-name.js';
import { isObject } from '../../provider-kit/schema-parts.js';
import { fillTemplateText, parseTemplateText } from './template-text.js';

/** A template, ready to be rendered. */
export interface CompiledTemplate {
  readonly params: ReadonlySet<string>;
  readonly text: MessageForm | undefined;
  /** By provider id. */
  readonly entries: ReadonlyMap<string, MessageForm>;
}

/** Makes the message of a template: a text, or a template of one vendor. */
export type MessageForm = (envelope: MessageEnvelope, valueFor: (param: string) => string) => OutboundMessage;

/** The vendor's name of each parameter, and ours, in the vendor's order. */
type ParamMapping = readonly (readonly [vendorName: string, name: string])[];

/** Told of everything that is wrong; `path` begins with a dot or a bracket, or is empty for the template itself. */
export type ReportProblem = (path: string, problem: string) => void;

/**
 * Checks the options of one template and compiles them. They may come from a JSON file, so nothing is believed.
 * Goes on after a problem, so that all are reported at once; what it returns is of use only if there was none.
 */
export function compileTemplate(options: unknown, report: ReportProblem): CompiledTemplate {
  const fields = fieldsOf(options, ['params', 'text', 'providers'], '', report);
  const params = compileParams(fields.get('params'), report);
  const text = compileText(fields.get('text'), params, report);
  const entries = new Map<string, MessageForm>();
  const providers = fields.get('providers') ?? {};
  if (!isObject(providers)) report('.providers', 'must be an object by provider id');
  else {
    for (const [id, entry] of Object.entries(providers)) {
      entries.set(id, compileEntry(entry, params, `.providers[${quotedName(id)}]`, report));
    }
  }
  return { params, text, entries };
}

function compileParams(params: unknown, report: ReportProblem): ReadonlySet<string> {
  const names = new Set<string>();
  if (params === undefined) return names;
  if (!isListOfNames(params)) {
    report('.params', 'must be a list of names, none of them empty');
    return names;
  }
  for (const name of params) {
    if (/[{}]/u.test(name)) report('.params', `${quotedName(name)} must not contain a brace`);
    if (isBroken(name)) report('.params', `${quotedName(name)} ${brokenText}`);
    if (names.has(name)) report('.params', `declares ${quotedName(name)} twice`);
    names.add(name);
  }
  return names;
}

function compileText(text: unknown, params: ReadonlySet<string>, report: ReportProblem): MessageForm | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || text === '') {
    report('.text', 'must be a string that is not empty');
    return undefined;
  }
  if (isBroken(text)) report('.text', brokenText);
  const result = parseTemplateText(text);
  if (result.status === 'malformed') {
    report('.text', result.problem);
    return undefined;
  }
  const undeclared = new Set(result.text.names.filter((name) => !params.has(name)));
  if (undeclared.size > 0) report('.text', `uses ${listOfQuoted(undeclared)}, which params does not declare`);
  return (envelope, valueFor) => {
    const { id, to, validForMs, reportUrl } = envelope;
    const filled = fillTemplateText(result.text, valueFor);
    // As below. A code has a time after which it is worth nothing.
    if (reportUrl !== undefined) return { ...envelope, kind: 'text', text: filled };
    if (validForMs !== undefined) return { kind: 'text', id, to, validForMs, text: filled };
    return { kind: 'text', id, to, text: filled };
  };
}

function compileEntry(entry: unknown, declared: ReadonlySet<string>, path: string, report: ReportProblem): MessageForm {
  const fields = fieldsOf(entry, ['template', 'signature', 'params'], path, report);
  const template = fields.get('template');
  const signature = fields.get('signature');
  if (isObject(entry) && !(isName(template) && template.trim() !== '')) {
    report(`${path}.template`, "must be the vendor's id of the template, a string that is not empty");
  }
  if (isBroken(template)) report(`${path}.template`, brokenText);
  if (isBroken(signature)) report(`${path}.signature`, brokenText);
  if (signature !== undefined && !isName(signature)) {
    report(`${path}.signature`, 'must be a string that is not empty; leave it out if the template holds it');
  }
  const mapping = compileMapping(fields.get('params'), declared, `${path}.params`, report);
  const id = isName(template) ? template : '';
  const signed = isName(signature) ? { signature } : undefined;
  return (envelope, valueFor) => {
    const params = mapping.map(([vendorName, param]) => ({ name: vendorName, value: valueFor(param) }));
    // Copying by hand is several times as fast as spreading, and this is done for every message.
    if (signed === undefined && envelope.validForMs === undefined && envelope.reportUrl === undefined) {
      return { kind: 'template', id: envelope.id, to: envelope.to, template: id, params };
    }
    return { ...envelope, kind: 'template', template: id, params, ...signed };
  };
}

function compileMapping(
  params: unknown,
  declared: ReadonlySet<string>,
  path: string,
  report: ReportProblem,
): ParamMapping {
  const mapping = mappingOf(params ?? [...declared]);
  if (mapping === undefined) {
    report(path, "must be a list of our names, or an object of our names by the vendor's, none of them empty");
    return [];
  }
  const unknown = new Set(mapping.map(([, name]) => name).filter((name) => !declared.has(name)));
  if (unknown.size > 0) report(path, `uses ${listOfQuoted(unknown)}, which the template's params does not declare`);
  // Vendors take a parameter once. An object, whose keys are the vendor's names, may pass one of ours twice.
  const vendorNames = new Set(mapping.map(([vendorName]) => vendorName));
  if (vendorNames.size < mapping.length) report(path, 'names a parameter twice');
  for (const name of vendorNames) if (isBroken(name)) report(path, `${quotedName(name)} ${brokenText}`);
  return mapping;
}

function mappingOf(params: unknown): ParamMapping | undefined {
  if (isListOfNames(params)) return params.map((name) => [name, name] as const);
  if (!isObject(params)) return undefined;
  const pairs = Object.entries(params).filter((pair): pair is [string, string] => pair.every(isName));
  return pairs.length === Object.keys(params).length ? pairs : undefined;
}

/** The fields of an object; none if it is no object. Reports that, and what is misspelt. */
function fieldsOf(
  value: unknown,
  known: readonly string[],
  path: string,
  report: ReportProblem,
): ReadonlyMap<string, unknown> {
  if (!isObject(value)) report(path, 'must be an object');
  const fields = new Map<string, unknown>(isObject(value) ? Object.entries(value) : []);
  const misspelt = [...fields.keys()].filter((name) => !known.includes(name));
  if (misspelt.length > 0) report(path, `does not know ${listOfQuoted(misspelt)}, only ${listOfQuoted(known)}`);
  return fields;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isName);
}

/** Names for a message, quoted, so that a blank at the end of one can be seen. */
export function listOfQuoted(names: Iterable<string>): string {
  return listOfNames(names, quotedName);
}
