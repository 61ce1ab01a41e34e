import { bunHosts } from "./bun.ts";
import { hostConformance } from "./host.ts";

hostConformance("bun", bunHosts());
hostConformance("bun, evicting always", bunHosts({ evictAlways: true }), { evicts: true });
