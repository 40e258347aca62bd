import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { meQuery } from '../api/queries';
import { may } from '../layout/places';

export function useMay(permission: string): boolean {
  const { data: me } = useQuery(meQuery);
  return may(me, permission);
}

/** What only those see who may use it. */
export const Permitted = ({ to, children }: { readonly to: string; readonly children: ReactNode }) =>
  useMay(to) ? children : null;
