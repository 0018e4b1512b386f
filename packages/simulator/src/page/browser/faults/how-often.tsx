import { signal } from '@preact/signals';
import type { FaultSchedule } from '../../../faults/faults.js';

/** Kept while the person looks elsewhere. */
const mode = signal<'always' | 'next' | 'share'>('always');
const times = signal(1);
const percent = signal(30);

/** What the person has chosen, for faults that are switched on from now on. */
export function chosenSchedule(): FaultSchedule {
  switch (mode.value) {
    case 'always':
      return { probability: 1 };
    case 'next':
      return { times: times.value };
    case 'share':
      return { probability: percent.value / 100 };
  }
}

export function HowOften() {
  const choice = (value: typeof mode.value, label: string) => (
    <label>
      <input
        type="radio"
        name="often"
        checked={mode.value === value}
        onChange={() => {
          mode.value = value;
        }}
      />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset class="choices">
      <legend>How often, for faults that you switch on from now on</legend>
      {choice('always', 'Every time')}
      {choice('next', 'The next few times')}
      {choice('share', 'A share of them')}
      {mode.value === 'next' && (
        <label class="amount">
          <span>Times</span>
          <input
            type="number"
            min="1"
            value={times.value}
            onInput={(event) => {
              times.value = event.currentTarget.valueAsNumber || 1;
            }}
          />
        </label>
      )}
      {mode.value === 'share' && (
        <label class="amount">
          <span>Percent</span>
          <input
            type="number"
            min="1"
            max="100"
            value={percent.value}
            onInput={(event) => {
              percent.value = event.currentTarget.valueAsNumber || 1;
            }}
          />
        </label>
      )}
    </fieldset>
  );
}
