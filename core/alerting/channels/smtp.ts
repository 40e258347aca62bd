import { createTransport, type SendMailOptions } from 'nodemailer';
import { ConnectorError } from '../../sdk/errors.js';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly username?: string;
  readonly password?: string;
  readonly from: string;
}

export type Mail = Pick<
  SendMailOptions,
  'subject' | 'text' | 'html' | 'messageId' | 'references' | 'priority' | 'attachments'
>;

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;

/**
 * Sends one mail and gives what the server answered. Throws a `ConnectorError`: `transient` may be tried again, `auth` and `config`
 * may not.
 */
export async function sendMail(
  { host, port, tls, username, password, from }: MailServer,
  to: readonly string[],
  mail: Mail,
  signal: AbortSignal,
): Promise<string> {
  // One mail now and then: a connection of its own each, so that none is kept open for days.
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sending = transport.sendMail({
      from,
      to: [...to],
      ...mail,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    const { response, rejected } = await Promise.race([sending, aborted(signal)]);
    const refused = rejected.length === 0 ? '' : `, but refused ${rejected.length} of ${to.length} addresses`;
    return `${host} answered ${response}${refused}`;
  } catch (error) {
    throw failureOf(error, host);
  } finally {
    transport.close();
  }
}

export const domainOf = (from: string): string => from.slice(from.lastIndexOf('@') + 1);

/** The library's own timeouts begin anew with every answer of the server. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(Object.assign(new Error('no end in time'), { code: 'ETIMEDOUT' }));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

interface SmtpFailure {
  readonly message: string;
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/** SMTP: 4xx means later, 5xx never. */
function failureOf(error: unknown, host: string): ConnectorError {
  const { code, responseCode, response, message } = error as SmtpFailure;
  // What the operating system said stands only in the text.
  const system = /\bE[A-Z]{4,}\b/.exec(message)?.[0];
  const answer = response === undefined ? ` (${system ?? code ?? 'no answer'})` : `: ${response.slice(0, 300)}`;
  if (code === 'EAUTH' && (responseCode === undefined || responseCode >= 500))
    return new ConnectorError('auth', `Mail server ${host} refused the login${answer}`, {
      hint: 'Renew username and password of this channel.',
    });
  if (responseCode !== undefined && responseCode >= 500)
    return new ConnectorError('config', `Mail server ${host} refused the mail${answer}`, {
      hint: 'Check from, to and the rights of the login.',
    });
  if (/certificate|altname/i.test(message) && responseCode === undefined)
    return new ConnectorError('config', `Mail server ${host} has a certificate that is not trusted here.`, {
      hint: 'Give the name that stands in it as `host`, or its authority to Node with NODE_EXTRA_CA_CERTS.',
    });
  if (code === 'ETLS')
    return new ConnectorError('config', `Mail server ${host} speaks no TLS as asked for${answer}`, {
      hint: 'Set `tls` of this channel as the server has it.',
    });
  return new ConnectorError('transient', `Mail server ${host} did not take the mail${answer}`);
}
