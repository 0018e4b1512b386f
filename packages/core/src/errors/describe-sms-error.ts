import { errorKind } from './foreign-error.js';
import { shownName } from './shown-name.js';
import type { Attempt, SmsErrorJson } from './sms-error-json.js';
import { transportCodeOf } from './transport-code.js';

/** What is described: the fields that are safe to show, the stack, and the name and message of the cause. */
interface Described extends Omit<SmsErrorJson, 'name'> {
  readonly stack?: string | undefined;
  readonly cause?: unknown;
}

/** An error as text: what happened, one row for each attempt, then where. */
export function describeSmsError(error: Described): string {
  const { code, outcome, message, provider, providerCode, retryAfterMs, attempts, stack = '', cause } = error;
  const facts = [
    outcome === 'unknown' ? 'the message may have been sent' : 'nothing was sent',
    provider === undefined ? '' : `provider ${shownName(provider)}`,
    providerCode === undefined ? '' : `vendor code ${providerCode}`,
    retryAfterMs === undefined ? '' : `try again in ${Math.ceil(retryAfterMs / 1000)} s`,
  ];
  const lines = [`SmsError ${code} (${outcome}): ${message}`, `  ${facts.filter((fact) => fact !== '').join(', ')}`];
  if (attempts.length > 0) lines.push('  attempts:', ...table(attempts));
  // Its message is left out: a provider's author may have passed on anything.
  if (cause !== undefined) lines.push(`  cause: ${errorKind(cause)}${codeOf(cause)}`);
  return [...lines, ...frames(stack)].join('\n');
}

function codeOf(cause: unknown): string {
  const code = transportCodeOf(cause);
  return code === undefined ? '' : ` ${code}`;
}

function table(attempts: readonly Attempt[]): string[] {
  const rows = attempts.map(({ provider, outcome, code, providerCode, durationMs }, index) => [
    String(index + 1),
    shownName(provider),
    outcome,
    code ?? '',
    providerCode ?? '',
    `${durationMs.toFixed(1)} ms`,
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function frames(stack: string): string[] {
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}
