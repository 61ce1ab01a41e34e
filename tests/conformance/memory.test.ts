import { hostConformance } from "./host.ts";
import { memoryHosts } from "./memory.ts";

hostConformance("memory", memoryHosts());
hostConformance("memory, evicting always", memoryHosts({ evictAlways: true }), { evicts: true });
