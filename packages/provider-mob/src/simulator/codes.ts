import { BoundedMap } from '@polysms/simulator';

/** How codes die. */
export interface CodeRules {
  readonly codeLifetimeMs: number;
  readonly maxChecks: number;
  readonly consumeOnApproval: boolean;
}

/** What a check says: `gone` means that there is no code, or that it has expired. */
export type CodeCheck = 'approved' | 'incorrect' | 'exhausted' | 'gone';

interface LiveCode {
  readonly code: string;
  readonly issuedAt: number;
  checks: number;
}

/** The codes that can still be checked, one for each recipient. */
export class LiveCodes {
  readonly #codes: BoundedMap<LiveCode>;

  constructor(limit: number) {
    this.#codes = new BoundedMap(limit);
  }

  /** Replaces the recipient's older code, and its count of checks. */
  issue(recipient: string, code: string, now: number): void {
    this.#codes.set(recipient, { code, issuedAt: now, checks: 0 });
  }

  /** Counts every check, also a right one. A code is good up to the last millisecond of its lifetime. */
  check(recipient: string, given: string, now: number, rules: CodeRules): CodeCheck {
    const live = this.#codes.get(recipient);
    if (live === undefined) return 'gone';
    if (now - live.issuedAt > rules.codeLifetimeMs) {
      this.#codes.delete(recipient);
      return 'gone';
    }
    if (live.checks >= rules.maxChecks) return 'exhausted';
    live.checks += 1;
    if (given !== live.code) return 'incorrect';
    if (rules.consumeOnApproval) this.#codes.delete(recipient);
    return 'approved';
  }

  clear(): void {
    this.#codes.clear();
  }
}

/** The text of a message with a code. Mob's own wording depends on the app. */
export function codeText(code: string, lifetimeMs: number): string {
  const minutes = Math.ceil(lifetimeMs / 60_000);
  return Number.isFinite(minutes) ? `【Mob】验证码：${code}，${minutes}分钟内有效。` : `【Mob】验证码：${code}。`;
}
