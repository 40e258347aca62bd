import { headline, paragraphs, type AlertMessage, type Channel } from './channel.js';
import { post } from './post.js';

/** An adaptive card, which is what the webhooks of Teams workflows take. */
export function teamsChannel({ url }: { readonly url: string }): Channel {
  return { send: (message, signal) => post({ url, body: JSON.stringify(messageOf(message)) }, signal) };
}

function messageOf(message: AlertMessage): object {
  const color = message.action === 'resolve' ? 'good' : message.severity === 'info' ? 'default' : 'attention';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            {
              type: 'TextBlock',
              size: 'medium',
              weight: 'bolder',
              wrap: true,
              color,
              text: escaped(headline(message)),
            },
            ...paragraphs(message).map(([word, sentence]) => ({
              type: 'TextBlock',
              wrap: true,
              text: `**${word}:** ${escaped(sentence)}`,
            })),
          ],
          ...(message.link === undefined
            ? {}
            : { actions: [{ type: 'Action.OpenUrl', title: 'The run', url: message.link }] }),
        },
      },
    ],
  };
}

/** A card's text is Markdown; names with underscores are not. */
const escaped = (text: string) => text.replaceAll(/[\\`*_[\]]/g, String.raw`\$&`);
