import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface SwitchProps {
  readonly label: string;
  readonly description?: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => unknown;
  /** What belongs to the switch: a number, a moment. */
  readonly children?: ComponentChildren;
}

/** Shows what the box says, not what was clicked: it moves when the box has done it. */
export function Switch({ label, description, isOn, onChange, children }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <input
        type="checkbox"
        role="switch"
        id={id}
        checked={isOn}
        aria-checked={isOn}
        aria-describedby={description === undefined ? undefined : `${id}-description`}
        onChange={(event) => {
          const wanted = event.currentTarget.checked;
          event.currentTarget.checked = isOn;
          onChange(wanted);
        }}
      />
      <label for={id}>{label}</label>
      {description !== undefined && (
        <p class="faint" id={`${id}-description`}>
          {description}
        </p>
      )}
      {children !== undefined && <div class="with">{children}</div>}
    </div>
  );
}
