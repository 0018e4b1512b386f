import { Inspector } from '../message/inspector.js';
import { phones, selectedMessage, selectedPhone } from '../state/box.js';
import { Conversation } from './conversation.js';
import { PhoneList } from './phone-list.js';
import { Welcome } from './welcome.js';

export function PhonesView() {
  if (phones.value === undefined) return null;
  const phone = selectedPhone.value;
  if (phones.value.length === 0 && phone === undefined) return <Welcome />;
  const depth = phone === undefined ? 'list' : selectedMessage.value === undefined ? 'phone' : 'message';
  return (
    <div class={`phones depth-${depth}`}>
      <PhoneList />
      {phone === undefined ? (
        <p class="hint pane">Choose a phone to see what it received.</p>
      ) : (
        <Conversation key={phone} phone={phone} />
      )}
      <Inspector />
    </div>
  );
}
