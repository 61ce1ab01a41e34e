import { bunHosts } from "./bun.ts";
import { hostConformance } from "./host.ts";

hostConformance("bun", bunHosts());
hostConformance("bun, evicting always, one file open", bunHosts({ evictAlways: true, maxOpenFiles: 1 }), {
  evicts: true,
});
