interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const MAX_TRIES = 20;
const MAX_WAIT_S = 10;

/** @returns the delay before a retry in ms; undefined if the response is not a temporary rejection (429, 503) */
export const retryAfterMs = ({ status, headers }: Answer): number | undefined => {
	if (status !== 503 && status !== 429) return undefined;
	const seconds = Number(headers["retry-after"]);
	return 1_000 * (seconds >= 0 ? Math.min(seconds, MAX_WAIT_S) : 1);
};

/** Retries temporary rejections after the delay that the response requests. @returns the last response after at most 20 attempts */
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
