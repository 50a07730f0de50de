// The questions, asked of this library with its default policies.

#include "ouro_peer.hpp"

int main(int argc, char** argv) { cycles::ask_ouro<ouro::default_memory>({"ouro", argc, argv}); }
