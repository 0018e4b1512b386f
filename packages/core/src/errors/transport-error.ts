/** What the transport of the kit says of a failure: made of what is safe to show, and known by its class. */
export class TransportError extends Error {
  readonly code: string | undefined;

  constructor(name: string, code: string | undefined, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}
