"""The browser face: a Streamlit chat that draws what the conversation says and holds no logic."""
