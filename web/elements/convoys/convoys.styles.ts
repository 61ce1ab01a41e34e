import { css } from "lit";

export const convoysStyles = css`
  :host {
    height: 64px;
  }
  .list {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(min(320px, 88%), 1fr);
    gap: var(--s-3);
    height: 100%;
    overflow: auto hidden;
    scrollbar-width: none;
  }
  .convoy {
    display: grid;
    grid-template-rows: 20px 14px;
    align-content: center;
    gap: 6px;
    min-width: 0;
    padding: 0 var(--s-3);
    border: 1px solid var(--line);
    border-radius: var(--r-2);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .head {
    display: flex;
    align-items: center;
    gap: var(--s-2);
    min-width: 0;
    font-size: var(--fs-2);
  }
  .head svg.icon {
    color: var(--tone);
  }
  .head h2 {
    font-size: var(--fs-2);
    font-weight: 600;
  }
  .head .figure {
    margin-left: auto;
    flex: none;
    color: var(--text-2);
  }
  .head .figure b {
    color: var(--text);
    font-weight: 600;
  }
  .head .failed {
    color: var(--failed);
    font-weight: 500;
  }
  .bar {
    display: flex;
    gap: 3px;
    height: 14px;
    align-items: center;
  }
  .segment {
    flex: 1 1 0;
    min-width: 0;
    height: 14px;
    padding: 4px 0;
    border: 0;
    background: none;
    cursor: pointer;
  }
  .segment::before {
    content: "";
    display: block;
    height: 6px;
    border-radius: 3px;
    background: var(--line-strong);
    transition: background-color 200ms;
  }
  .segment:hover::before {
    filter: brightness(1.15);
  }
  .segment.part::before,
  .segment.merged::before {
    background: var(--tone);
  }
  .segment.part::before {
    opacity: 0.55;
  }
  .segment.failed::before {
    background: repeating-linear-gradient(-45deg, var(--tone) 0 4px, transparent 4px 6px);
  }
  progress {
    width: 100%;
    height: 6px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    appearance: none;
    background: var(--line-strong);
  }
  progress::-webkit-progress-bar {
    background: var(--line-strong);
  }
  progress::-webkit-progress-value {
    background: var(--done);
  }
  progress::-moz-progress-bar {
    background: var(--done);
  }
  .none {
    display: flex;
    align-items: center;
    gap: var(--s-3);
    height: 100%;
    padding: 0 var(--s-3);
    border: 1px dashed var(--line);
    border-radius: var(--r-2);
    color: var(--text-3);
    font-size: var(--fs-2);
  }
  .none gastown-command {
    margin-left: auto;
  }
  @media (max-width: 700px) {
    .none gastown-command {
      display: none;
    }
  }
`;
