/** A store that throws at once has failed like one that rejects, and an answer without a promise is one. */
export function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return Promise.resolve(ask());
  } catch (error) {
    return Promise.reject(error);
  }
}
