import { useState } from 'preact/hooks';
import type { FaultEntry } from '../../../control/contract.js';
import type { Fault } from '../../../faults/faults.js';
import { announce, attempt } from '../kit/announce.js';
import { post, remove } from '../kit/api.js';
import { Switch } from '../kit/switch.js';
import { faults } from '../state/box.js';
import type { FaultOption, FaultParameter } from './fault-options.js';
import { isOf, oftenWords } from './fault-words.js';
import { chosenSchedule } from './how-often.js';

/** Switches a fault on, for one vendor or for all. */
export async function switchOn(vendor: string | undefined, fault: Fault): Promise<void> {
  await post('/api/faults', { ...(vendor !== undefined && { vendor }), fault, when: chosenSchedule() });
}

export async function switchOff(entries: readonly FaultEntry[]): Promise<void> {
  await Promise.all(entries.map(({ id }) => remove(`/api/faults/${encodeURIComponent(id)}`)));
}

/** @param vendor undefined: all vendors */
export function FaultSwitch({ option, vendor }: { option: FaultOption; vendor: string | undefined }) {
  const { title, description, parameter } = option;
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const entries = faults.value.filter((entry) => isOf(option, entry.fault) && (entry.vendor ?? undefined) === vendor);
  const [first] = entries;
  const isOn = first !== undefined;
  const value = givenIn(first, parameter) ?? chosen ?? parameter?.initial ?? '';
  const set = (wanted: boolean) =>
    attempt(async () => {
      await (wanted ? switchOn(vendor, option.fault(value)) : switchOff(entries));
      announce(`${title}: ${wanted ? 'on' : 'off'}`);
    });
  const change = (next: string) => {
    setChosen(next);
    if (!isOn) return;
    void attempt(async () => {
      await switchOn(vendor, option.fault(next));
      await switchOff(entries);
    });
  };
  return (
    <Switch label={title} description={description} isOn={isOn} onChange={set}>
      {first !== undefined && <span class="state on">{oftenWords(first)}</span>}
      {parameter !== undefined && <Parameter title={title} parameter={parameter} value={value} onChange={change} />}
    </Switch>
  );
}

/** What a fault that is on was given, maybe by somebody else. */
function givenIn(entry: FaultEntry | undefined, parameter: FaultParameter | undefined): string | undefined {
  const value: unknown = entry && parameter && Reflect.get(entry.fault, parameter.field);
  return value === undefined ? undefined : String(value);
}

interface ParameterProps {
  readonly title: string;
  readonly parameter: FaultParameter;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Parameter({ title, parameter: { label, choices, min, max }, value, onChange }: ParameterProps) {
  if (choices === undefined) {
    return (
      <>
        <input
          type="number"
          aria-label={`${title}: ${label}`}
          min={min}
          max={max}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <span class="faint" aria-hidden="true">
          {label}
        </span>
      </>
    );
  }
  return (
    <select aria-label={`${title}: ${label}`} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {Object.entries(choices).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
