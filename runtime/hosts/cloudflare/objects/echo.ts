/** What a watcher of an actor sends over its WebSocket to hear the word back, after all events before it. */
export const WATCH_ECHO = "echo";
