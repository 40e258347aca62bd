export const segmentName = (segment: string): string => (segment === '' ? 'Not broken down by segment' : segment);

export const regionName = (region: string): string => (region === '' ? 'Not broken down by region' : region);

export const channelName = (channel: string): string =>
  channel === '' ? 'Not broken down by channel' : channel.replaceAll('_', ' ');

/** Of a dimension of the user's own, by its title. */
export const dimensionValue = (value: string, title: string): string =>
  value === '' ? `Not broken down by ${title.toLowerCase()}` : value;
