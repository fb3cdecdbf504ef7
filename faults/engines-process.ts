/**
 * Engines that are held by a process of their own, for a spec, whose loader takes no ES modules. Says where they are, kills and starts them as it is
 * told, and takes them down when whoever forked it is gone.
 */
import { startEngines, type EngineName } from "./engines";

export interface EngineMessage {
	readonly urls?: Readonly<Record<EngineName, string>>;
	readonly problem?: string;
}

export interface Asked {
	readonly engine: EngineName;
	readonly what: "crash" | "start";
}

const tell = (told: EngineMessage): void => void process.send?.(told);

const hold = async (): Promise<void> => {
	const { engines, stop } = await startEngines();
	const end = (): void => void stop().then(() => process.exit(0));
	process.once("disconnect", end);
	if (!process.connected) end();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
	process.on("message", ({ engine, what }: Asked) => {
		engines
			.find(({ name }) => name === engine)!
			[what]()
			.then(
				() => tell({}),
				(cause: unknown) => tell({ problem: String(cause) }),
			);
	});
	tell({ urls: Object.fromEntries(engines.map(({ name, url }) => [name, url])) as Record<EngineName, string> });
};

hold().catch((cause: unknown) => {
	tell({ problem: (cause as Error).message });
	process.exit(1);
});
