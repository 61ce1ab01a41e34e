import { css } from "lit";

export const appStyles = css`
  :host {
    height: 100dvh;
    background: var(--bg);
    overflow: hidden;
  }
  .shell {
    display: grid;
    grid-template:
      "head head" 52px
      "line line" 40px
      "main rail" minmax(0, 1fr)
      "dock dock" auto / minmax(0, 1fr) 380px;
    height: 100%;
  }
  gastown-header {
    grid-area: head;
  }
  gastown-status {
    grid-area: line;
  }
  main {
    grid-area: main;
    display: grid;
    grid-template-rows: 64px minmax(0, 1fr);
    gap: var(--s-4);
    min-width: 0;
    min-height: 0;
    padding: var(--s-4) var(--s-4) var(--s-3);
  }
  main.agent {
    grid-row: main / dock;
    grid-template-rows: minmax(0, 1fr);
  }
  .rail {
    grid-area: rail;
    display: grid;
    grid-template-rows: minmax(0, 11fr) minmax(0, 9fr);
    min-height: 0;
    border-left: 1px solid var(--line);
    background: var(--surface);
  }
  .rail.agent {
    grid-row: rail / dock;
  }
  .panel {
    display: grid;
    grid-template-rows: 38px minmax(0, 1fr);
    min-height: 0;
  }
  .panel + .panel {
    border-top: 1px solid var(--line);
  }
  .panel h2 {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    padding: 0 var(--s-3);
    border-bottom: 1px solid var(--line);
    font-size: var(--fs-2);
    font-weight: 600;
  }
  .panel h2 svg.icon {
    color: var(--text-3);
  }
  gastown-dock {
    grid-area: dock;
  }
  .tabs {
    display: none;
  }
  .whole {
    display: grid;
    height: 100%;
    place-items: center;
  }
  @media (max-width: 1100px) {
    .shell {
      grid-template-columns: minmax(0, 1fr) 320px;
    }
  }
  @media (max-width: 820px) {
    .shell {
      grid-template:
        "head" 52px
        "line" 40px
        "main" minmax(0, 1fr)
        "tabs" 56px / minmax(0, 1fr);
    }
    gastown-dock {
      display: none;
    }
    main {
      gap: var(--s-3);
      padding: var(--s-3) var(--s-3) 0;
    }
    main.agent,
    .rail.agent {
      grid-row: main;
    }
    .rail {
      grid-area: main;
      grid-template-rows: minmax(0, 1fr);
      border-left: 0;
    }
    .panel + .panel {
      border-top: 0;
    }
    .shell:not([data-view="board"]) main:not(.agent),
    .shell:not([data-view="agents"]) .agents-panel,
    .shell:not([data-view="feed"]) .feed-panel,
    .shell[data-view="board"] .rail,
    .rail.agent {
      display: none;
    }
    .tabs {
      grid-area: tabs;
      display: grid;
      grid-template-columns: repeat(4, 1fr);
      border-top: 1px solid var(--line);
      background: var(--surface);
    }
    .tabs button {
      display: grid;
      justify-items: center;
      align-content: center;
      gap: 2px;
      border: 0;
      background: none;
      color: var(--text-3);
      font-size: var(--fs-1);
      font-weight: 500;
    }
    .tabs button[aria-current="page"] {
      color: var(--text);
    }
  }
`;
