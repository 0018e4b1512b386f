import type { StoreQuestion } from '../stores/ask-store.js';

/** Before anything has been sent. */
export const beforeSending: StoreQuestion = {
  store: 'message store',
  outcome: 'not-sent',
  consequence: 'Nothing was sent.',
};

/** When what is known of a message is asked for. */
export const whileReading: StoreQuestion = {
  store: 'message store',
  outcome: 'unknown',
  consequence: 'What became of the message is not known now.',
};

/** When a vendor has told something: it is to repeat that. */
export const whileReporting: StoreQuestion = {
  store: 'message store',
  outcome: 'unknown',
  consequence: 'The report is not stored; the vendor is to repeat it.',
};

/** When a phone's messages are to be erased. */
export const whileForgetting: StoreQuestion = {
  store: 'message store',
  outcome: 'unknown',
  consequence: 'Nothing may have been erased; call forget() again.',
};
