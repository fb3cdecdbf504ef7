const POLL_MS = 50;
const MAX_MAIL_WAIT_MS = 300_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until all mails are written. @throws if the time limit passes first */
export const mailsReach = async (count: () => number, wanted: number): Promise<void> => {
	const deadline = performance.now() + MAX_MAIL_WAIT_MS;
	for (let mails = count(); mails < wanted; mails = count()) {
		if (performance.now() > deadline) throw new Error(`${mails} of ${wanted} mails were written in ${MAX_MAIL_WAIT_MS / 1_000} s`);
		await sleep(POLL_MS);
	}
};
