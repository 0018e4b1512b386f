import { useEffect, useState } from 'preact/hooks';
import { announce, attempt } from './announce.js';

const shownMs = 2_000;

/**
 * Copies a text, and says so.
 *
 * @param what what is copied, as a screen reader says it: `code 1234`
 */
export function CopyButton({ text, what, label = 'Copy' }: { text: string; what: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    // A browser has no clipboard for a page without TLS on an address that is not this machine's own.
    if (navigator.clipboard === undefined) {
      throw new Error(`This browser lets no page of another machine copy without TLS. Copy it by hand: ${text}`);
    }
    await navigator.clipboard.writeText(text);
    setCopied(true);
    announce(`Copied: ${what}`);
  };
  return (
    <button type="button" class="copy" aria-label={`${label}: ${what}`} onClick={() => attempt(copy)}>
      {copied ? 'Copied' : label}
    </button>
  );
}
