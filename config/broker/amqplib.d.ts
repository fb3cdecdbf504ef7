/** The used part of amqplib, which has no type declarations. */
declare module "amqplib" {
	interface Connection {
		close(): Promise<void>;
		on(event: "error", listener: (cause: Error) => void): this;
	}
	export const connect: (url: string, options: { readonly timeout?: number }) => Promise<Connection>;
}
