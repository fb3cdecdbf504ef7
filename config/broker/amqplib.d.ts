/** What we use of it. It brings no types of its own. */
declare module "amqplib" {
	interface Connection {
		close(): Promise<void>;
		on(event: "error", listener: (cause: Error) => void): this;
	}
	export const connect: (url: string, options: { readonly timeout?: number }) => Promise<Connection>;
}
