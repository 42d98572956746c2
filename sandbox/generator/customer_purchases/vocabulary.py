"""The words that purchases are made of: frequent Brazilian names, products with their prices, reserved mail domains."""

from __future__ import annotations

import unicodedata

import polars as pl

FIRST_NAMES = (  # noqa: SIM905 - as a list, a page of single words
    "Adriana Alexandre Aline Amanda Ana André Antônia Antônio Beatriz Bianca Bruna Bruno Caio Camila Carla Carlos Cauã "
    "Cecília César Clara Cláudia Cristiane Daniel Daniela Davi Débora Diego Eduardo Elaine Eliane Enzo Érica Fábio "
    "Felipe Fernanda Fernando Flávia Francisca Francisco Gabriel Gabriela Geraldo Gilberto Giovanna Guilherme Gustavo "
    "Heitor Helena Henrique Hugo Igor Isabela Isadora Jéssica João Joaquim Jorge José Juliana Júlio Karina Larissa "
    "Laura Leandro Letícia Lorena Lúcia Luana Lucas Luís Luiza Manuela Marcelo Márcia Márcio Marcos Maria Mariana "
    "Marina Mateus Miguel Mônica Natália Otávio Patrícia Paula Paulo Pedro Rafael Raimundo Raquel Renata Ricardo "
    "Roberto Rodrigo Rosângela Samuel Sandra Sebastião Sérgio Simone Sofia Sônia Tatiane Tereza Thiago Valéria Vanessa "
    "Vera Vicente Vinícius Vitória Yasmin"
).split()

LAST_NAMES = (  # noqa: SIM905 - as a list, a page of single words
    "Almeida Alves Andrade Araújo Azevedo Barbosa Barros Batista Borges Brandão Brito Campos Cardoso Carvalho Castro "
    "Cavalcante Conceição Correia Costa Cunha Dias Duarte Farias Fernandes Ferreira Fonseca Freitas Garcia Gomes "
    "Gonçalves Guimarães Jesus Leite Lima Lopes Macedo Machado Magalhães Marques Martins Medeiros Melo Mendes Miranda "
    "Monteiro Moraes Moreira Moura Nascimento Neves Nogueira Nunes Oliveira Pacheco Paiva Peixoto Pereira Pinheiro "
    "Pinto Pires Queiroz Ramos Rezende Ribeiro Rocha Rodrigues Sales Sampaio Santana Santos Silva Silveira Simões "
    "Siqueira Soares Sousa Tavares Teixeira Torres Vasconcelos Vaz Viana Vieira Xavier"
).split()

MAIL_DOMAINS = (
    "example.com",
    "example.net",
    "example.org",
    "correio.example.com",
    "email.example.org",
    "caixa-postal.example.net",
)
"""Domains that no mailbox can have (RFC 2606, section 3)."""

PRICES_BRL = {
    "Camiseta básica": 49.90,
    "Calça jeans": 159.90,
    "Tênis de corrida": 349.90,
    "Chinelo": 39.90,
    "Vestido estampado": 189.90,
    "Jaqueta impermeável": 279.90,
    "Meia-calça": 24.90,
    "Relógio de pulso": 429.00,
    "Óculos de sol": 219.00,
    "Mochila escolar": 129.90,
    "Notebook 14 polegadas": 3499.00,
    'Televisor 50"': 2399.00,
    "Celular 128 GB": 1799.00,
    "Fone de ouvido sem fio": 249.90,
    "Caixa de som portátil": 319.90,
    "Carregador USB-C": 69.90,
    "Tablet infantil": 699.00,
    "Impressora multifuncional": 799.00,
    "Cafeteira elétrica": 229.90,
    "Liquidificador": 149.90,
    "Panela de pressão 4,5 L": 119.90,
    "Jogo de pratos; 12 peças": 199.90,
    "Air fryer 5 L": 399.90,
    "Micro-ondas 30 L": 649.00,
    "Geladeira duplex": 3199.00,
    "Fogão 4 bocas": 1099.00,
    "Máquina de lavar 12 kg": 2149.00,
    "Aspirador de pó": 289.90,
    "Ventilador de mesa": 179.90,
    "Ar-condicionado 12.000 BTUs": 1999.00,
    "Sofá de três lugares": 1899.00,
    "Colchão de casal": 1299.00,
    "Escrivaninha": 459.00,
    "Cadeira de escritório": 599.00,
    "Luminária de chão": 169.90,
    "Jogo de cama queen": 239.90,
    "Toalha de banho": 44.90,
    "Bicicleta aro 29": 1499.00,
    "Bola de futebol": 99.90,
    "Halteres 5 kg, par": 139.90,
    "Barraca de camping": 389.90,
    "Prancha de surfe": 1249.00,
    "Rede de descanso": 109.90,
    "Boneca de pano": 59.90,
    "Quebra-cabeça 1.000 peças": 79.90,
    "Blocos de montar": 149.90,
    "Livro de receitas": 54.90,
    "Caderno universitário": 22.90,
    "Perfume 100 ml": 259.00,
    "Protetor solar FPS 50": 64.90,
    "Xampu hidratante": 29.90,
    "Café torrado 500 g": 21.90,
    "Açaí congelado 1 kg": 34.90,
    "Pão de queijo congelado": 19.90,
    "Vinho tinto": 69.90,
    "Ração para cães 15 kg": 169.90,
    "Furadeira de impacto": 299.90,
    "Tinta acrílica 18 L": 329.90,
    "Violão acústico": 549.00,
    "Cadeirinha infantil": 479.00,
}

CITIES_WITHOUT_STORE = ("Natal", "Cuiabá", "João Pessoa", "Buenos Aires", "Sao Paulo", "RJ", "Loja 17")


def ascii_lower(words: list[str]) -> pl.Series:
    """The words as they stand in a mail address: lower case, without accents."""
    return pl.Series([unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower() for word in words])
