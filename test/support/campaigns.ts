/** Five campaigns; the third has no region. */
export const CAMPAIGNS = [1, 2, 3, 4, 5].map((id) => ({
  id,
  name: `Campaign ${id}`,
  region: id === 3 ? null : id % 2 === 0 ? 'North' : 'South',
  updated_at: `2024-03-0${id}T10:00:00Z`,
  details: { owner: { team: `team-${id % 2}` }, tags: ['a', `t${id}`] },
}));

/** Two results a campaign and day, in the first nine days of March 2024. */
export const RESULTS = CAMPAIGNS.flatMap(({ id }) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => ({
    id: id * 100 + day,
    campaign_id: id,
    day: `2024-03-0${day}`,
    at: `2024-03-0${day}T0${id}:00:00Z`,
    sent: id * 10 + day,
    opened: day,
  })),
);
