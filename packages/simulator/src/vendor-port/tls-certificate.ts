/** A private key and its certificate, in PEM. */
export interface TlsCertificate {
  readonly key: string;
  readonly cert: string;
}
