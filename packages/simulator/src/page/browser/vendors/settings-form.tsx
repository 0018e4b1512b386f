import { useState } from 'preact/hooks';
import { announce, attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';

/** A vendor's console, as JSON: the box says what is wrong in it. */
export function SettingsForm({ vendor, title, settings }: { vendor: string; title: string; settings: unknown }) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const current = JSON.stringify(settings, null, 2);
  const save = () =>
    attempt(async () => {
      await post(`/api/vendors/${encodeURIComponent(vendor)}/settings`, parsed(draft ?? current));
      setDraft(undefined);
      announce(`The settings of ${title} are changed.`);
    });
  return (
    <details>
      <summary>
        Settings<span class="hidden"> of {title}</span>
      </summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <textarea
          aria-label={`Settings of ${title}, as JSON`}
          rows={Math.min(24, current.split('\n').length + 1)}
          spellcheck={false}
          value={draft ?? current}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
        <div class="actions">
          <button type="submit" class="primary" disabled={draft === undefined}>
            Save
          </button>
          <button type="button" class="quiet" disabled={draft === undefined} onClick={() => setDraft(undefined)}>
            Undo
          </button>
        </div>
      </form>
    </details>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The settings are no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
