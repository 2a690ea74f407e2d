/** What an edge that closes a loop means, for the legend and for the tooltip. */
export const FEEDBACK_WORDS = "A loop: back to the layers before, at the next step. Gradients end at the Delay.";
