import { signal } from '@preact/signals';

const announced = signal('');
const trouble = signal('');

/** Says something to people who use a screen reader; others see it for themselves. */
export function announce(text: string) {
  // The same words twice would be said once.
  announced.value = announced.value === text ? `${text}\u00a0` : text;
}

/** Does what a person asked for; what goes wrong is shown until the next time. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    trouble.value = '';
    await action();
    return true;
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
    return false;
  }
}

export function Announcer() {
  return (
    <div class="hidden" role="status" aria-live="polite" id="announcer">
      {announced.value}
    </div>
  );
}

export function Trouble() {
  return (
    <div role="alert">
      {trouble.value !== '' && (
        <div class="trouble">
          <p>{trouble.value}</p>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              trouble.value = '';
            }}
          >
            Close
          </button>
        </div>
      )}
    </div>
  );
}
