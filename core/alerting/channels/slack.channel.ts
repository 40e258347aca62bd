import { headline, paragraphs, type AlertMessage, type Channel } from './channel.js';
import { post } from './post.js';

/** Slack: a section's text holds at most 3,000 characters. */
const LONGEST_SECTION = 3000;

export function slackChannel({ url }: { readonly url: string }): Channel {
  return { send: (message, signal) => post({ url, body: JSON.stringify(messageOf(message)) }, signal) };
}

function messageOf(message: AlertMessage): object {
  const lines = paragraphs(message).map(([word, sentence]) => `*${word}:* ${escaped(sentence)}`);
  const link = message.link === undefined ? [] : [`<${message.link}|The run>`];
  const section = (text: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: text.slice(0, LONGEST_SECTION) },
  });
  return {
    // What notifications show.
    text: escaped(headline(message)),
    blocks: [section(`*${escaped(headline(message))}*`), section([...lines, ...link].join('\n'))],
  };
}

/** The three characters with a meaning to Slack; an error text must not mention everybody. */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
