import { headline, paragraphs, type AlertMessage } from './channel.js';

export interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const COLORS = {
  critical: '#b42318',
  error: '#b42318',
  warning: '#b54708',
  info: '#175cd3',
  resolved: '#067647',
} as const;

/** The same sentences as text and as HTML that any mail program shows: tables and inline styles, nothing to load. */
export function mailBody(message: AlertMessage): MailBody {
  const title = headline(message);
  const parts = paragraphs(message);
  const facts = factsOf(message);
  const link = message.link === undefined ? [] : [`The run: ${message.link}`];
  return {
    subject: `[${message.project}] ${title}`,
    text:
      [title, ...parts.map(([word, sentence]) => `${word}:\n${sentence}`), ...link, facts.join(' · ')].join('\n\n') +
      '\n',
    html: page(message, title, parts, facts),
  };
}

function factsOf({ project, kind, connection, stream, run, openedAt }: AlertMessage): readonly string[] {
  const named = { project, alert: kind, connection, stream, run, since: openedAt };
  return Object.entries(named).flatMap(([word, value]) => (value === undefined ? [] : [`${word} ${value}`]));
}

function page(
  { action, severity, link }: AlertMessage,
  title: string,
  parts: ReturnType<typeof paragraphs>,
  facts: readonly string[],
): string {
  const color = COLORS[action === 'resolve' ? 'resolved' : severity];
  const rows = parts.map(
    ([word, sentence]) =>
      `<tr><td style="padding:8px 24px 0;font-size:12px;color:#667085">${escaped(word)}</td></tr>` +
      `<tr><td style="padding:0 24px 8px;font-size:15px;line-height:22px;color:#101828">${
        word === 'Command'
          ? `<code style="font-family:Consolas,Menlo,monospace;font-size:14px">${escaped(sentence)}</code>`
          : escaped(sentence).replaceAll('\n', '<br>')
      }</td></tr>`,
  );
  const button =
    link === undefined
      ? ''
      : `<tr><td style="padding:8px 24px 16px"><a href="${escaped(link)}" style="display:inline-block;padding:10px 16px;background:#175cd3;color:#ffffff;text-decoration:none;border-radius:6px;font-size:14px">The run</a></td></tr>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="margin:0;padding:24px 0;background:#f2f4f7;font-family:Arial,Helvetica,sans-serif">
<table role="presentation" align="center" width="600" cellpadding="0" cellspacing="0" style="width:600px;max-width:100%;margin:0 auto;background:#ffffff;border-top:4px solid ${color}">
<tr><td style="padding:20px 24px 8px;font-size:20px;line-height:26px;font-weight:bold;color:${color}">${escaped(title)}</td></tr>
${rows.join('\n')}
${button}
<tr><td style="padding:12px 24px 16px;font-size:12px;line-height:18px;color:#667085;border-top:1px solid #eaecf0">${escaped(facts.join(' · '))}</td></tr>
</table></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
