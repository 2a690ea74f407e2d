/** A formula of an op. */
export function Formula({ latex }: { readonly latex: string }) {
  return <code className="pg-formula">{latex}</code>;
}
