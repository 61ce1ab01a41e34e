/**
 * A model server on loopback that plays a script, for real agent CLIs in tests: the Gemini API
 * (`:streamGenerateContent` and `:generateContent`). It is stateless: the step to play is the number of tool results
 * in the conversation, so a restarted agent goes through the script again from its start.
 */

/** One answer of the model: a tool call by name, or a closing text. */
export type ModelStep =
  | { readonly tool: string; readonly args: Readonly<Record<string, unknown>> }
  | { readonly say: string };

export interface ModelServer {
  /** Base URL, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Tool results that agents sent back, as JSON text, in order of arrival. */
  readonly results: readonly string[];
  /** Bodies of all requests that carried tools, as text. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

interface Part {
  text?: string;
  functionCall?: { name: string; args: unknown };
  functionResponse?: { name: string; response: unknown };
}

interface GenerateRequest {
  contents?: { role?: string; parts?: Part[] }[];
  tools?: unknown[];
  generationConfig?: { responseMimeType?: string };
}

/** What Gemini CLI's model router asks for before a turn; a text that is no JSON makes it retry for a minute. */
const ROUTE = JSON.stringify({ complexity_reasoning: "scripted", complexity_score: 1 });

/** Starts the server on a free port. `steps` past the end repeat the last one. */
export function startModelServer(steps: readonly ModelStep[]): ModelServer {
  const results: string[] = [];
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method !== "POST") return new Response("not found", { status: 404 });
      const text = await request.text();
      // SAFETY: the agent CLI under test is the only client; a body of another shape fails the test loudly.
      const body = JSON.parse(text) as GenerateRequest;
      if (pathname.endsWith(":countTokens")) return Response.json({ totalTokens: 10 });
      const parts = play(body);
      const answer = {
        candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }],
        usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
        modelVersion: "scripted",
      };
      if (pathname.endsWith(":streamGenerateContent")) {
        return new Response(`data: ${JSON.stringify(answer)}\n\n`, {
          headers: { "content-type": "text/event-stream" },
        });
      }
      return Response.json(answer);

      function play(conversation: GenerateRequest): Part[] {
        if (conversation.generationConfig?.responseMimeType === "application/json") return [{ text: ROUTE }];
        if (!conversation.tools?.length) return [{ text: "A short title." }];
        requests.push(text);
        const answers = (conversation.contents ?? [])
          .flatMap(content => content.parts ?? [])
          .filter(part => part.functionResponse !== undefined);
        const last = answers.at(-1);
        if (last) results.push(JSON.stringify(last.functionResponse));
        const step = steps[Math.min(answers.length, steps.length - 1)];
        if (step === undefined) return [{ text: "Nothing to do." }];
        return "say" in step
          ? [{ text: step.say }]
          : [{ functionCall: { name: step.tool, args: step.args } }];
      }
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    results,
    requests,
    stop: async () => {
      await server.stop(true);
    },
  };
}
