/**
 * Parse without generated code: the dashboard's content policy forbids `eval`, and zod's probe for it would be
 * reported as a violation. Import this before anything that builds a schema.
 */
import { z } from "zod";

z.config({ jitless: true });
