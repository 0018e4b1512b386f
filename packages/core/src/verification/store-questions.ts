import type { StoreQuestion } from '../stores/ask-store.js';

// What it means when the verification store fails, by when it does.

const store = 'verification store';

export const beforeSending: StoreQuestion = { store, outcome: 'not-sent', consequence: 'Nothing was sent.' };

export const beforeChecking: StoreQuestion = { store, outcome: 'not-sent', consequence: 'The code was not checked.' };

export const mayCount: StoreQuestion = {
  store,
  outcome: 'unknown',
  consequence: 'The code was not accepted; the check may count.',
};

export const afterApproval: StoreQuestion = {
  store,
  outcome: 'unknown',
  consequence: 'The provider has accepted the code, which is used up now: a new one is needed.',
};

export const afterAccepting: StoreQuestion = {
  store,
  outcome: 'unknown',
  consequence: 'The code was right and is used up now: a new one is needed.',
};

export const whileCanceling: StoreQuestion = {
  store,
  outcome: 'unknown',
  consequence: 'The verification may or may not be canceled.',
};

export const beforeAnswering: StoreQuestion = {
  store,
  outcome: 'not-sent',
  consequence: 'Where the verification stands is not known.',
};
