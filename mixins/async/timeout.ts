/** Resolves when the work has ended, or after so long; the work goes on. @param ref whether the process stays for it */
export const settleWithin = async (ms: number, work: Promise<unknown>, { ref = true }: { readonly ref?: boolean } = {}): Promise<void> => {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
		if (!ref) timer.unref();
	});
	await Promise.race([work, over]).finally(() => {
		clearTimeout(timer);
	});
};
