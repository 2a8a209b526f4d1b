export function mount() { return () => {}; }
