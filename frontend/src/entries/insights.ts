// The list of insights and two runs side by side: styles alone.
import "../insights/insights.css";
