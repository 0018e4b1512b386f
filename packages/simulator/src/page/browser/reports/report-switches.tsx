import { attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';
import { Switch } from '../kit/switch.js';
import { reportSettings } from '../state/box.js';

/** Whether and when reports come by themselves, for all vendors. */
export function ReportSwitches() {
  const settings = reportSettings.value;
  if (settings === undefined) return null;
  const set = (changes: object) => attempt(() => post('/api/reports/settings', changes));
  return (
    <div class="settings">
      <Switch
        label="Hold all reports back"
        description="Until you release them, one by one."
        isOn={settings.mode === 'held'}
        onChange={(isOn) => set({ mode: isOn ? 'held' : 'automatic' })}
      />
      <label class="inline">
        <span>Delay of a report, in milliseconds</span>
        <input
          type="number"
          min="0"
          step="100"
          value={settings.delayMs}
          onChange={(event) => set({ delayMs: event.currentTarget.valueAsNumber })}
        />
      </label>
    </div>
  );
}
