/** Schemas of path and query parts that many routes share. */
import { z } from "zod";
import { rigNameSchema } from "../contract/requests.ts";

export const townName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
export const beadId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/);
export const agentName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/);

export const inTown = z.object({ town: townName });
export const ofRig = z.object({ town: townName, rig: rigNameSchema });
export const ofBead = z.object({ town: townName, id: beadId });
export const ofAgent = z.object({ town: townName, rig: rigNameSchema, name: agentName });

/** `?status=open,closed` or `?status=open&status=closed`. */
export const list = z.union([z.string(), z.array(z.string())]).transform(value =>
  [value]
    .flat()
    .flatMap(part => part.split(","))
    .filter(Boolean),
);

/** A whole number in a query. */
export const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
