interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const MAX_TRIES = 20;
const MAX_WAIT_S = 10;

/** @returns how long to wait before the request is sent again, in ms; undefined where the answer is no refusal for the moment (429, 503) */
export const retryAfterMs = ({ status, headers }: Answer): number | undefined => {
	if (status !== 503 && status !== 429) return undefined;
	const seconds = Number(headers["retry-after"]);
	return 1_000 * (seconds >= 0 ? Math.min(seconds, MAX_WAIT_S) : 1);
};

/** Sends again what was refused for the moment, as late as the program asked for. @returns the last answer after 20 tries */
export const sendWithRetries = async <A extends Answer>(
	attempt: () => Promise<A>,
	sleep: (ms: number) => Promise<unknown> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<A> => {
	for (let tries = 1; ; tries++) {
		const answer = await attempt();
		const waitMs = retryAfterMs(answer);
		if (waitMs === undefined || tries === MAX_TRIES) return answer;
		await sleep(waitMs);
	}
};
